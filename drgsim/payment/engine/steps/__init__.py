"""The fixed steps of the street: what prices a stay, adjusts it, bills it and shares it."""
