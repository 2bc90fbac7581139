"""`drgsim exchange`: two bureaus pack, a third merges and settles, to the same fen."""

import pandas as pd
import pytest

import drgsim
from drgsim.cli import main
from drgsim.exchange import read_exchange
from drgsim.policy.document import document_mapping
from drgsim.policy.yaml_text import write_yaml

from ..engines.support import QUOTAS, grouped, weights

KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Stays of two bureaus with their groups, weights, a policy and a key as files."""
    folder = tmp_path_factory.mktemp("bureaus")
    cases = grouped().head(900).assign(total_cost=lambda each: each["total_cost"].round(2))
    ours = cases["care_region"] == cases["care_region"].iloc[0]
    for name, part in (("a", cases[ours]), ("b", cases[~ours])):
        part.to_parquet(folder / f"{name}.parquet")
    weights().frame[["weight", "mean_cost"]].rename_axis("group").reset_index().to_csv(
        folder / "weights.csv", index=False
    )
    (folder / "policy.yaml").write_text(write_yaml(document_mapping(QUOTAS.document)), encoding="utf-8")
    (folder / "key").write_text(KEY)
    (folder / "short").write_text("abc")
    return folder


def pack(folder, name, *options):
    words = ["--policy", folder / "policy.yaml", "--weights", folder / "weights.csv", "--period", "2024"]
    own = [folder / f"{name}.parquet", "--sender", name, "-o", folder / f"{name}.zip", *options]
    return main(["exchange", "pack", *map(str, [*own, *words])])


def test_pack_merge_settle(folder, capsys):
    signed = ["--small-allowed", "--key-file", folder / "key"]
    assert {pack(folder, "a", *signed), pack(folder, "b", *signed)} <= {0, 1}
    files = [str(folder / "a.zip"), str(folder / "b.zip")]
    key = ["--key-file", str(folder / "key")]
    assert main(["exchange", "show", *files, *key]) == 0
    assert "signed with the key: yes" in capsys.readouterr().out
    whole = str(folder / "whole.zip")
    assert main(["exchange", "merge", *files, *key, "--sender", "c", "--small-allowed", "-o", whole]) == 0
    merged = read_exchange(whole, key=KEY.encode())
    apart = [read_exchange(file, key=KEY.encode()).frame for file in files]
    assert merged.frame["cases"].sum() == sum(each["cases"].sum() for each in apart)
    out = folder / "year.xlsx"
    regions = sorted({*merged.frame["insured_region"], *merged.frame["care_region"]})
    rows = [(region, kind, 5e6) for region in regions for kind in ("employee", "resident")]
    pd.DataFrame(rows, columns=["region", "insurance", "budget"]).to_csv(folder / "budgets.csv", index=False)
    told = ["--policy", str(folder / "policy.yaml"), "--budgets", str(folder / "budgets.csv")]
    assert main(["exchange", "settle", *files, *key, *told, "-o", str(out)]) == 0
    assert out.is_file()
    budgets = pd.DataFrame(rows, columns=["region", "insurance", "budget"])
    year = drgsim.settle(merged.frame, QUOTAS, budgets=budgets)
    assert year.residual == 0
    assert repr(year) in capsys.readouterr().out


def test_what_is_refused(folder, capsys):
    assert pack(folder, "a") == 2
    assert "--small-allowed" in capsys.readouterr().err
    assert pack(folder, "a", "--small-allowed") in (0, 1)
    twice = [str(folder / "a.zip")] * 2
    policy = ["--policy", str(folder / "policy.yaml"), "-o", str(folder / "x.xlsx")]
    assert main(["exchange", "settle", *twice, *policy]) == 3
    assert "count twice" in capsys.readouterr().err
    other = ["--policy", "harbin", "-o", str(folder / "x.xlsx")]
    assert main(["exchange", "settle", twice[0], *other]) == 3
    assert "another policy" in capsys.readouterr().err
    assert main(["exchange", "show", twice[0], "--key-file", str(folder / "short")]) == 2
    assert main(["exchange", "show", str(folder / "key")]) == 3
    assert main(["exchange", "show", str(folder / "none.zip")]) == 2
    assert main(["exchange", "merge", *twice, "--sender", "c", "-o", str(folder / "x.csv")]) == 2
    assert not (folder / "x.xlsx").exists()
