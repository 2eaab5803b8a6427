package console

import (
	"fmt"
	"strings"
)

// plural returns a number with the words for one thing or for several.
func plural(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// soFar returns the words behind a number that grows while tasks are asked.
func soFar(is bool) string {
	if is {
		return " so far"
	}
	return ""
}

// describe returns what a cycle is, for a finding.
func (c *Cycle) describe() string {
	what := "tasks wait for each other and can never go on: "
	if len(c.Tasks) == 1 {
		return "a task waits for itself and can never go on: " + c.Text
	}
	text := fmt.Sprintf("%d %s%s", len(c.Tasks), what, c.Text)
	if more := c.Stuck - len(c.Tasks); more > 0 {
		text += "; " + plural(more, "more task waits", "more tasks wait") + " for these" + soFar(c.SoFar)
	}
	return text
}

// describeFull returns what fills, for a finding.
func (o *Object) describeFull(isWhole bool) string {
	text := fmt.Sprintf("%s #%d is full (%s): %s for room%s", o.Kind, o.Number, o.State, plural(o.Waiting, "task waits", "tasks wait"), soFar(!isWhole))
	switch {
	case o.Chain != "":
		text += "; its receiver was last " + o.Chain
	case len(o.Holders) != 0:
		text += "; its receiver was last " + o.Holders[0].Name
	case len(o.By) != 0:
		text += ", from " + strings.Join(o.By, ", ")
	}
	return text
}
