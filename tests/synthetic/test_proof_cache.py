"""A proof that is kept comes back whole; a damaged one does not come back."""

import numpy as np
import pytest

from drgsim.synthetic.satisfy import pools as proof_cache
from drgsim.synthetic.satisfy.proof import Proof
from drgsim.synthetic.world import build_world, grouper_of


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DRGSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def grouper():
    return grouper_of("chs-drg-2.0")


@pytest.fixture
def proof(region, grouper):
    pools = build_world(region, 2025, grouper).pools
    newborn = [place for place, target in enumerate(pools.targets) if target.mdc.code == "MDCP"]
    return Proof(tuple(pools.targets[place] for place in newborn), pools.reach[newborn])


def test_a_kept_proof_comes_back(grouper, proof, folder):
    assert proof_cache.kept_proof(grouper) is None
    proof_cache.keep_proof(grouper, proof)
    kept = proof_cache.kept_proof(grouper)
    assert kept.targets == proof.targets
    assert np.array_equal(kept.reach, proof.reach)


def test_a_damaged_one_does_not(grouper, proof, folder):
    proof_cache.keep_proof(grouper, proof)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert proof_cache.kept_proof(grouper) is None


def test_a_folder_that_cannot_be_written_is_no_error(grouper, proof, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DRGSIM_CACHE", str(tmp_path / "file"))
    proof_cache.keep_proof(grouper, proof)
    assert proof_cache.kept_proof(grouper) is None
