"""What each effect of the menu does to a stay, one small file each; declared in `data/policies/effects/`."""
