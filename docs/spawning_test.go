// Package docs has the documents, and tests that keep them in step with the code.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryProgramThatIsQuotedIsOneOfTheExamples(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, unindent(string(text)))
	}
	document, err := os.ReadFile("spawning.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(document), "\n```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("nothing is quoted")
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```\n")
		if !isIn(examples, "\n"+unindent(block)+"\n") {
			t.Errorf("none of the examples has this:\n%s", block)
		}
	}
}

func isIn(examples []string, block string) bool {
	for _, example := range examples {
		if strings.Contains(example, block) {
			return true
		}
	}
	return false
}

// unindent takes the indentation off every line.
func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "\n")
}

// link is a link to something that is not on the same page.
var link = regexp.MustCompile(`\[[^]]*\]\(([^#)][^)]*)\)`)

func TestEveryLinkToAFileLeadsSomewhere(t *testing.T) {
	document, err := os.ReadFile("spawning.md")
	if err != nil {
		t.Fatal(err)
	}
	prose := regexp.MustCompile("(?s)\n```.*?\n```\n").ReplaceAll(document, nil)
	for _, found := range link.FindAllSubmatch(prose, -1) {
		if _, err := os.Stat(string(found[1])); err != nil {
			t.Errorf("the link %s leads nowhere: %v", found[1], err)
		}
	}
}
