"""The colors and sizes that layouts share.

Colors are those of Okabe and Ito (2008), which people of any color vision tell apart; what a color
says, words say, too.
"""

from loopmind_live.control.touchosc.nodes import color

CANVAS, PANEL = color("#0c0f13"), color("#171c23")
WHITE, GRAY, BLACK = color("#ffffff"), color("#a9b4c0"), color("#000000")
BLUE, SKY, GREEN = color("#0072b2"), color("#56b4e9"), color("#009e73")
YELLOW, ORANGE, RED, PINK = color("#f0e442"), color("#e69f00"), color("#d55e00"), color("#cc79a7")
NONE = color("#00000000")
SMALL, PLAIN, LARGE = 14, 16, 20
"""Sizes of text: none is smaller than 14 points."""
