quorate-ipvsd_PKGS := libmnl libqb jansson libmd libcmap libcpg libquorum
