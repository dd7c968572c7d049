quorate-mysql_PKGS := libcmap libcpg libmariadb libqb libquorum
