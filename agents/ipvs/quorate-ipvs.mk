quorate-ipvs_PKGS :=
