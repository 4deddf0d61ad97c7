"""Each formula of the money has one place, that tells where it comes from."""

import re
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules

from services.funding import domain
from services.funding.domain.formules import FORMULES


def test_each_formula_is_one_function_that_tells_its_source() -> None:
    found: dict[str, list[str]] = {}
    for module in iter_modules(domain.__path__):
        name = f"{domain.__name__}.{module.name}"
        for _, function in getmembers(import_module(name), isfunction):
            told = re.match(r"(F\d\d): ", function.__doc__ or "")
            if told and function.__module__ == name:
                assert "\n    Source: " in (function.__doc__ or ""), function
                found.setdefault(told[1], []).append(function.__name__)
    assert sorted(found) == [code for code in FORMULES if code.startswith("F")]
    assert [names for names in found.values() if len(names) > 1] == []
