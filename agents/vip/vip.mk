vip_PKGS := libmnl
