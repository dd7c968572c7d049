# Its headers only: the library is loaded when SQL is spoken, and --as-needed leaves it out here.
mysql_PKGS := libmariadb
