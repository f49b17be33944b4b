"""What a person does on any page, each done when the browser is where it leads; and what axe says of a page.

Playwright's click waits for the page that it opens only where that begins to open at once: on a slow machine, what
looks at "the page" next looks at the one that is left.
"""

from axe_playwright_python.base import AXE_SCRIPT

from tests.factories import PASSWORD, totp_code

NARROWEST = 320


def log_in(page, email):
    """Type into the form of the log-in, and the code where one is asked for."""
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    if "/2fa/authenticate/" in page.url:
        page.get_by_label("Code").fill(totp_code())
        page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(lambda url: "/2fa/authenticate/" not in url)


def follow(page, link):
    """Click a link or a button, and wait for the page that it opens."""
    with page.expect_navigation():
        link.click()


def resize(page, width):
    """Make the window that wide, or narrow, and wait until the page has it so."""
    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
    page.wait_for_function("width => innerWidth === width", arg=width)


def pixels_too_wide(page):
    """How far the page sticks out of the window."""
    return page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")


def violations_of(page, within=None, rules=None):
    """What axe finds, on the whole page or within one element, by all of its rules or by those named."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    # Once a page: reading its half a megabyte takes as long as looking for some of the rules.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "([within, options]) => axe.run(within ?? document, options).then(found => found.violations)",
        [within, options],
    )
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]
