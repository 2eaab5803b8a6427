package random

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// A Program is a program of a seed.
type Program struct {
	Name   string // of its root function; every name that it declares begins with it
	Seed   uint64
	Source string // a file with this program alone
	text   string // its declarations
	entry  string // the statement that puts it into the list of all
}

// imports are the packages that programs use. An empty one is an empty line.
var imports = []string{
	"errors", "runtime", "time", "",
	"github.com/edo-go/edo", "github.com/edo-go/edo/future", "github.com/edo-go/edo/joinset", "github.com/edo-go/edo/lock",
	"github.com/edo-go/edo/mpsc", "github.com/edo-go/edo/scope", "github.com/edo-go/edo/selector", "github.com/edo-go/edo/stream",
	"github.com/edo-go/edo/timer", "proof.test/trace", "proof.test/waits",
}

// qualifier is the name of a package before a point.
var qualifier = regexp.MustCompile(`\b[a-z]+\.`)

// File is the text of a file with several programs, and for each the number of its first line. A file
// for each would cost more: the Go compiler looks up every line of lowered code among all files.
func File(pkg string, programs ...Program) (text string, lines []int) {
	var all, entries strings.Builder
	for _, p := range programs {
		all.WriteString(p.text)
		entries.WriteString("\t" + p.entry + "\n")
	}
	head := header(pkg, all.String()+entries.String())
	line := 1 + strings.Count(head, "\n")
	for _, p := range programs {
		lines = append(lines, line)
		line += strings.Count(p.text, "\n")
	}
	return head + all.String() + "func init() {\n" + entries.String() + "}\n", lines
}

// header begins a file: the package, and what of the imports it uses.
func header(pkg, text string) string {
	used := map[string]bool{}
	for _, q := range qualifier.FindAllString(text, -1) {
		used[q] = true
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n", pkg)
	for _, i := range imports {
		switch {
		case i == "":
			b.WriteByte('\n')
		case used[path.Base(i)+"."]:
			fmt.Fprintf(&b, "\t%q\n", i)
		}
	}
	b.WriteString(")\n\n")
	return b.String()
}
