package differential

import (
	"fmt"
	"strconv"
	"strings"
)

// script is a sequence of operations on one fresh object.
type script struct {
	recipe string // how the object is made
	config []int
	ops    []operation
}

// operation is a name and its arguments: numbers of parts, or values.
type operation struct {
	name string
	args []int
}

func (o operation) String() string {
	var b strings.Builder
	b.WriteString(o.name)
	for _, a := range o.args {
		fmt.Fprintf(&b, " %d", a)
	}
	return b.String()
}

// String returns s as one line: "stream/chunks 2: push 0 7; poll".
func (s *script) String() string {
	head := operation{s.recipe, s.config}.String()
	ops := make([]string, len(s.ops))
	for i, o := range s.ops {
		ops[i] = o.String()
	}
	return head + ": " + strings.Join(ops, "; ")
}

// parseScript reads what String has written.
func parseScript(line string) (*script, error) {
	head, rest, ok := strings.Cut(line, ":")
	if !ok {
		return nil, fmt.Errorf("no colon in %q", line)
	}
	first, err := parseOperation(head)
	if err != nil {
		return nil, err
	}
	s := &script{recipe: first.name, config: first.args}
	for text := range strings.SplitSeq(rest, ";") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		op, err := parseOperation(text)
		if err != nil {
			return nil, err
		}
		s.ops = append(s.ops, op)
	}
	return s, nil
}

func parseOperation(text string) (operation, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return operation{}, fmt.Errorf("no operation in %q", text)
	}
	o := operation{name: words[0]}
	for _, word := range words[1:] {
		n, err := strconv.Atoi(word)
		if err != nil {
			return o, fmt.Errorf("in %q: %w", text, err)
		}
		o.args = append(o.args, n)
	}
	return o, nil
}

// parseOutcomes reads a line of outcomes.
func parseOutcomes(line string) []string {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil
	}
	return strings.Split(line, "; ")
}
