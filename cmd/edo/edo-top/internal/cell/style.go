package cell

// Style is how text stands out. A style never says what the text does not: it may be lost, as without colours.
type Style string

// Styles use the terminal's own sixteen colours, so that they fit a light screen and a dark one.
const (
	Plain   Style = ""
	Bold    Style = "1"
	Dim     Style = "2"
	Chosen  Style = "7" // the row of the cursor
	Fault   Style = "1;31"
	Warning Style = "33"
	Good    Style = "32"
)

// On returns text in the style. It has no control characters.
func (s Style) On(text string) string {
	if s == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[m"
}
