"""What another scheme changes: for the cases, the weights, the money and the groups that explain cost."""
