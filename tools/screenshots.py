"""Take the pictures of README.md from a demo that runs: `make demo`, then `make screenshots` beside it."""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb")
SIZE: ViewportSize = {"width": 1040, "height": 700}
REVIEWER = "reviewer@example.org"
COORDINATOR = "coordinator@example.org"


def log_in(page: Page, email: str, password: str, address: str) -> None:
    """Log in as somebody of the demo, and open the address."""
    page.goto(f"/accounts/login/?next={address}")
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"**{address}")
    # Once more, without the greeting.
    page.reload()


def main() -> int:
    """Write home.png, review-queue.png and workspace.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    password = os.environ.get("DEMO_PASSWORD")
    if not password:
        print("Set DEMO_PASSWORD to the password that the demo was started with.", file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        place: Any = {"base_url": f"http://127.0.0.1:{arguments.port}", "viewport": SIZE, "locale": "en-GB"}
        page = browser.new_context(**place).new_page()
        page.goto("/")
        page.screenshot(path=PICTURES / "home.png")
        log_in(page, REVIEWER, password, "/admin/matching/match/")
        page.screenshot(path=PICTURES / "review-queue.png")
        page = browser.new_context(**place).new_page()
        log_in(page, COORDINATOR, password, "/workspace/")
        page.screenshot(path=PICTURES / "workspace.png")
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(PICTURES.parent.parent)}: {picture.stat().st_size / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
