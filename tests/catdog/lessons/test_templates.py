"""Explanations as templates: what they can show, and that a hostile one can do nothing else."""

import time

import pytest

from catdog.errors import UsageError
from catdog.lessons.front_matter import LessonError
from catdog.lessons.templates import check_template, render

FACTS = {"tasks": {"t": {"gap": 34.04, "curve": [50, 61.5], "name": "x"}}, "count": 3000, "small": 0.000001, "no": None}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ tasks.t.gap|points }}", "34.0 points"),
        ("{{ (tasks.t.gap - 33.04)|points }}", "1.0 point"),
        ("{{ tasks.t.gap|percent }} {{ tasks.t.gap|percent(0) }}", "34.0% 34%"),
        ("{{ count|plural('image') }} {{ 1|plural('epoch') }}", "3,000 images 1 epoch"),
        ("{{ count|whole }} {{ small|plain }} {{ 90|duration }}", "3,000 0.000001 1 min 30 s"),
        ("{{ tasks.t.curve|last|percent }} {{ tasks.t.curve[0]|percent }}", "61.5% 50.0%"),
        ("{{ tasks.t.curve|length }} {{ tasks.t.curve|highest }} {{ tasks.t.curve|lowest }}", "2 61.5 50"),
        ("{{ (0 - 5)|size }} {{ tasks.t.curve|names }}", "5 50 and 61.5"),
        ("{% if no is none and count > 5 %}\nyes\n{% else %}\nno\n{% endif %}", "yes"),
        ("{% for value in tasks.t.curve %}\n- {{ value|percent }}\n{% endfor %}", "- 50.0%\n- 61.5%"),
    ],
)
def test_a_template_shows_facts(template, text):
    assert render(template, FACTS, "It") == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ tasks.__class__.__mro__ }}",
        "{{ tasks['__class__'] }}",
        "{{ tasks.t.pop('gap') }}",
        "{{ range(10) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 9 % 2 }}",
        "{% set x = 'a' %}{{ x }}",
        "{% include 'other' %}",
        "{% import 'other' as other %}",
        "{% extends 'other' %}",
        "{% macro f() %}{% endmacro %}",
        "{% for a in count %}{% for b in count %}x{% endfor %}{% endfor %}",
        "{% for a in tasks recursive %}{{ loop(a) }}{% endfor %}",
        "{{ 'x'|center(100000000) }}",
        "{{ tasks|attr('__class__') }}",
        "{{ tasks|map('length') }}",
        "{{ count is divisibleby 3 }}",
        "{{ lipsum(100) }}",
        "{{ cycler }}",
        "{{ self }}",
        "{{ config }}",
        "{{ missing }}",
        "{{ tasks.missing.deeper }}",
        "{{ tasks.t.name|percent }}",
        "{{ no|percent }}",
        "{{ tasks.t.curve[9] }}",
        "{{ 'a' + 1 }}",
        "{% if %}",
        "{{ unclosed",
        "{% for a in tasks %}",
        "{{ " + "(" * 5000 + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "x" * 21_000,
    ],
)
def test_a_hostile_or_wrong_template_is_one_sentence(template):
    before = time.perf_counter()
    with pytest.raises((UsageError, LessonError)) as refusal:
        render(template, FACTS, "It")
    assert len(str(refusal.value)) < 400
    assert time.perf_counter() - before < 2


def test_a_fault_names_its_line():
    with pytest.raises(LessonError, match="line 12: there is no filter “percnt”"):
        check_template("One\n\n{{ 5|percnt }}\n", 10)
    with pytest.raises(LessonError, match="line 11: the template is wrong"):
        check_template("One\n{% if %}\n", 10)


def test_a_loop_cannot_fill_the_memory():
    facts = {"curve": list(range(1000))}
    with pytest.raises(UsageError, match="longer than 50,000 characters"):
        render("{% for value in curve %}" + "x" * 15_000 + "{% endfor %}", facts, "It")
