"""Use the installed wheel as a stranger would: away from the checkout, with required libraries only."""

import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import drgsim

assert "site-packages" in str(Path(drgsim.__file__)), drgsim.__file__

case = {"sex": 1, "age": 45, "diagnoses": "K80.101|I50.900", "procedures": "51.2300"}
grouper = drgsim.DrgGrouper("chs-drg-2.0")
assert grouper.group(case).drg == "HC23"
assert "HC23" in grouper.explain(case).text(lang="en")
assert len(drgsim.schemes()) >= 34

cases = drgsim.synthetic_cases(n=2_000, year=2024, seed=1)
grouped = cases.join(grouper.group(cases))
assert (grouped["status"] == "grouped").mean() > 0.99
with ThreadPoolExecutor(4) as threads:  # of one grouper
    for again in threads.map(grouper.group, [cases] * 8):
        assert again.equals(grouper.group(cases))
paid = drgsim.pay(grouped, drgsim.Policy.load("national-drg-rate"), weights=drgsim.Weights.fit(grouped))
assert len(paid.frame) == len(cases)
print(paid)

found = drgsim.simulate(cases, ["baseline-drg", "special-review-ceiling"], years=2)
assert found.summary().loc["special-review-ceiling", "fund_change"] > 0
assert found.attribution()["value"].iloc[:-1].sum().round(2) == found.attribution()["value"].iloc[-1].round(2)
print(found)

if sysconfig.get_config_var("Py_GIL_DISABLED"):  # neither the kernels nor what they need may bring it back
    assert not sys._is_gil_enabled()
