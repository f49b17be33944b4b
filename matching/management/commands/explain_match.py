"""`manage.py explain_match NEED OFFER`: why the two fit, or why they do not."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.choices import Fit
from matching.scoring.explanation import explain
from matching.scoring.reasons import gate_reasons, reasons
from surveys.models import Need, Offer


class Command(BaseCommand):
    """Explain one pair."""

    help = "Explain why a need and an offer fit, or why they do not. NEED and OFFER are their ids."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("need", type=int, metavar="NEED")
        parser.add_argument("offer", type=int, metavar="OFFER")
        parser.add_argument("--on", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="the day (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        need = Need.objects.select_related("country", "agency__country").filter(pk=options["need"]).first()
        offer = Offer.objects.select_related("country", "agency__country").filter(pk=options["offer"]).first()
        if need is None:
            raise CommandError(f"There is no need with the id {options['need']}.")
        if offer is None:
            raise CommandError(f"There is no offer with the id {options['offer']}.")
        explanation = explain(need=need, offer=offer, on=options["on"])
        self.stdout.write(f"Need {need.pk}: {need.title} ({need.party})")
        self.stdout.write(f"Offer {offer.pk}: {offer.title} ({offer.party})")
        if explanation["gates"]:
            self.stdout.write("Not a match:")
            for gate, sentence in zip(explanation["gates"], gate_reasons(explanation), strict=True):
                self.stdout.write(f"  {gate}: {sentence}")
        else:
            self.stdout.write(f"{Fit(explanation['fit']).label}: {explanation['score'] / 1_000_000:.6f}")
        for criterion in explanation["criteria"]:
            self.stdout.write(
                f"  {criterion['code']:<11} {criterion['numerator']}/{criterion['denominator']}"
                f" × {criterion['weight']}/{criterion['total_weight']}"
                f" = {criterion['contribution'] / 1_000_000:.6f}"
            )
        for sentence in reasons(explanation):
            self.stdout.write(f"  {sentence}")
