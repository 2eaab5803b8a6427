// Package forms has programs written by hand: a statement for each form in which a call that
// waits changes what the rest of the statement reads, and functions for what random programs
// seldom have.
package forms

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"strings"
)

//go:embed testdata
var files embed.FS

// preamble are the variables of a statement.
const preamble = `
	s, x, i, str := S{a: 1}, 1, 0, "old"
	arr, m, ms, sl := [2]int{1, 2}, map[int]int{0: 5, 1: 6}, map[string]int{"old": 1, "new": 2}, []int{1, 2, 3}
	q, ptr, fn := &s, &x, func() int { x++; return x }
	var e any = x
	mS, mA, fl, mf := map[S]int{}, map[any]int{}, 1.5, map[float64]int{1.5: 3}
	_, _, _, _, _, _, _, _, _, _, _, _ = s, x, i, str, arr, m, ms, sl, q, ptr, fn, e
	_, _, _, _ = mS, mA, fl, mf
`

const header = `package forms

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"proof.test/trace"
)

var _, _ = errors.New, fmt.Sprint
`

// isForm is the head of a function that is a program.
var isForm = regexp.MustCompile(`(?m)^func (Form\w+)\(task \*edo\.Task, t \*trace\.T\)`)

// Sources are the files of a package of programs, by name.
func Sources() (map[string]string, error) {
	sources := map[string]string{}
	found, err := files.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		name := f.Name()
		if path.Ext(name) != ".go" {
			continue
		}
		text, err := files.ReadFile("testdata/" + name)
		if err != nil {
			return nil, err
		}
		sources[name] = string(text) + entries(string(text))
	}
	list, err := files.ReadFile("testdata/statements.txt")
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(header)
	n := 0
	for line := range strings.Lines(string(list)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		end := "\n\treturn nil"
		if strings.HasPrefix(line, "return") || strings.HasPrefix(line, "panic") {
			end = ""
		}
		fmt.Fprintf(&b, "\nfunc FormLine%d(task *edo.Task, t *trace.T) error {%s\t%s%s\n}\n", n, preamble, line, end)
	}
	sources["statements.go"] = b.String() + entries(b.String())
	return sources, nil
}

// entries puts the programs of a file into the list of all.
func entries(source string) string {
	var b strings.Builder
	b.WriteString("\nfunc init() {\n")
	n := 0
	for _, m := range isForm.FindAllStringSubmatch(source, -1) {
		fmt.Fprintf(&b, "\ttrace.Add(%q, true, %[1]s)\n", m[1])
		n++
	}
	if n == 0 {
		return ""
	}
	b.WriteString("}\n")
	return b.String()
}
