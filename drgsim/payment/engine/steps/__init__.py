"""The rules of the street, one file each: what prices a stay, adjusts it, bills it and shares it."""
