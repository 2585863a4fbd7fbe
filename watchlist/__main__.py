"""`python -m watchlist` is the command `watchlist`."""

from watchlist.cli import main

if __name__ == "__main__":
    main()
