quorate-rsync_PKGS := libcmap libcpg libqb libquorum
