package chart

import (
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
)

// handler measures text with the fonts that the charts name. The browser that shows a chart
// may have other fonts.
var handler = text.Plain{Fonts: font.NewCache(liberation.Collection())}

// thousands prints a number of an axis with commas between its thousands.
func thousands(value float64) string {
	digits := strconv.FormatFloat(value, 'f', -1, 64)
	if value < 1 {
		return strings.TrimSuffix(strconv.FormatFloat(value, 'g', 3, 64), ".")
	}
	whole, rest, found := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found && value < 100 {
		return whole + "." + rest[:min(len(rest), 2)]
	}
	return whole
}
