"""Relations point downwards: feed -> practices -> matching -> surveys -> directory.

Import contracts do not see a string foreign key.
"""

import pytest
from django.apps import apps
from django.db.models import Model

pytestmark = pytest.mark.any_database

OURS = ("directory", "surveys", "matching", "practices", "feed")


def relations_of(model: type[Model]) -> list[tuple[str, type[Model]]]:
    """The foreign keys and many-to-many fields that the model itself declares, with what they point at."""
    return [
        (field.name, field.related_model)
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type)
    ]


def test_relations_point_downwards():
    upwards = [
        f"{model._meta.label}.{name} -> {target._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS
        for name, target in relations_of(model)
        if target._meta.app_label in OURS and OURS.index(target._meta.app_label) > OURS.index(model._meta.app_label)
    ]
    assert upwards == []


def test_the_walk_sees_the_relations_that_there_are():
    seen = {
        (model._meta.label, target._meta.label)
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for _name, target in relations_of(model)
    }
    assert ("matching.Match", "surveys.Offer") in seen
    assert ("surveys.Offer", "directory.PriorityArea") in seen
    assert ("surveys.Import", "directory.User") in seen


def test_relations_outside_point_at_django_alone():
    strangers = {
        target._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS
        for _name, target in relations_of(model)
        if target._meta.app_label not in OURS
    }
    assert strangers <= {"contenttypes", "auth"}


def test_every_model_says_what_it_is():
    for model in apps.get_models():
        if model._meta.app_label in OURS and not model._meta.auto_created and not hasattr(model, "instance_type"):
            assert model.__doc__, model
            assert not model.__doc__.startswith(f"{model.__name__}("), f"{model.__name__} has no docstring of its own"
            assert model._meta.ordering, f"{model.__name__} has no order"
            assert "__str__" in {name for base in model.__mro__[:-3] for name in vars(base)}, model
