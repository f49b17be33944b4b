"""What pages fetch along with postings, so that no card runs a query of its own."""

from django.db.models import Prefetch

from surveys.models import PreferredPartner, Target

TARGETS = Prefetch("targets", Target.objects.select_related("country", "group"))
PARTNERS = Prefetch("preferred_partners", PreferredPartner.objects.select_related("country", "group"))
