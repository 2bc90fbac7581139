"""The diagnosis and procedure catalogues: codes, names, ids, crosswalk, and the encoder from text to ids."""
