"""`python -m nurture` is the command `nurture`."""

from nurture.cli import main
from nurture.supervise import follow

if __name__ == "__main__":
    follow()
    main()
