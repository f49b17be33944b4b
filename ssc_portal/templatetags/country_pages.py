"""What the page of a country shows of all apps."""

from django import template
from django.template.context import Context

from directory.models import Country
from ssc_portal.country_pages.answers import CountryAnswers, answers_of
from ssc_portal.country_pages.brief import may_read_brief

register = template.Library()


@register.simple_tag(takes_context=True)
def answers_for(context: Context, country: Country) -> CountryAnswers:
    """Return what the page answers for its reader."""
    return answers_of(country, reader=context["request"].user)


@register.simple_tag(takes_context=True)
def brief_is_for_reader(context: Context, country: Country) -> bool:
    """Return whether the reader may have the brief of the country."""
    return may_read_brief(context["request"].user, country.pk)
