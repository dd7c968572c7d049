ipvs_PKGS := libmnl
