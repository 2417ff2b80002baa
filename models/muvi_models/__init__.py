"""Networks, training data, training and export of MuVi Studio's model packs."""
