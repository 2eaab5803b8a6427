package schedule

import (
	"fmt"
	"strconv"
	"strings"
)

// Choices are the indices of a schedule. Where they end, all that follow are 0.
type Choices []uint32

// Switches returns how many of the choices are not the quiet one.
func (c Choices) Switches() (n int) {
	for _, i := range c {
		if i != 0 {
			n++
		}
	}
	return n
}

// Trim returns c without the quiet choices at its end, which say nothing.
func (c Choices) Trim() Choices {
	for len(c) > 0 && c[len(c)-1] == 0 {
		c = c[:len(c)-1]
	}
	return c
}

// String returns c as one word: for each choice that is not the quiet one how many quiet ones
// are before it, a point, and its index; a hyphen between two. "0" is the quiet schedule.
func (c Choices) String() string {
	var b strings.Builder
	gap := 0
	for _, i := range c {
		if i == 0 {
			gap++
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(strconv.Itoa(gap))
		b.WriteByte('.')
		b.WriteString(strconv.FormatUint(uint64(i), 10))
		gap = 0
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}

// maxChoices is how many choices a schedule that is parsed may have.
const maxChoices = 1 << 24

// Parse returns the choices that a word of [Choices.String] says, and the check behind it, where there is
// one.
func Parse(text string) (Choices, Check, error) {
	text, end, hasCheck := strings.Cut(text, checkMark)
	check, ok := parseCheck(end)
	if hasCheck && !ok {
		return nil, Check{}, fmt.Errorf("%q is not the end of a schedule: it must be a number of choices, a point, and four hexadecimal digits", end)
	}
	c, err := parseChoices(text)
	return c, check, err
}

func parseChoices(text string) (Choices, error) {
	if text == "0" {
		return Choices{}, nil
	}
	var c Choices
	for part := range strings.SplitSeq(text, "-") {
		before, index, ok := strings.Cut(part, ".")
		gap, err := strconv.ParseUint(before, 10, 32)
		i, err2 := strconv.ParseUint(index, 10, 32)
		if !ok || err != nil || err2 != nil || i == 0 || uint64(len(c))+gap >= maxChoices {
			return nil, fmt.Errorf("%q is no schedule: %q must be a number of quiet choices, a point, and the index of another one", text, part)
		}
		c = append(append(c, make(Choices, gap)...), uint32(i))
	}
	return c, nil
}
