"""Ways of sending and receiving, one file each; `base` is the contract."""
