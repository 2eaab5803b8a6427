// Package docs has the documents, and tests that keep them in step with the code.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quotes has each document with the programs that it quotes from.
var quotes = map[string]string{
	"spawning.md": "../examples/*/*.go",
	"recipes.md":  "recipes/*.go",
	"from-go.md":  "recipes/*.go",
}

func TestEveryProgramThatIsQuotedIsOneOfTheExamples(t *testing.T) {
	for document, programs := range quotes {
		examples := unindented(t, programs)
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "\n```go\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s quotes nothing", document)
		}
		for _, block := range blocks {
			block, _, _ = strings.Cut(block, "\n```\n")
			if !isIn(examples, "\n"+unindent(block)+"\n") {
				t.Errorf("%s: none of the examples has this:\n%s", document, block)
			}
		}
	}
}

// unindented returns the files that match pattern, each without its indentation.
func unindented(t *testing.T, pattern string) []string {
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, unindent(string(text)))
	}
	return texts
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

// link matches a link, to another file or to a heading of the same page.
var link = regexp.MustCompile(`\[[^]]*\]\(([^)]*)\)`)

func TestEveryLinkOfADocumentLeadsSomewhere(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range append(documents, "../README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		prose := regexp.MustCompile("(?s)\n```.*?\n```\n").ReplaceAll(text, []byte("\n"))
		prose = regexp.MustCompile("`[^`\n]*`").ReplaceAll(prose, nil)
		for _, found := range link.FindAllSubmatch(prose, -1) {
			to := string(found[1])
			if strings.HasPrefix(to, "https://") {
				continue
			}
			file, place, _ := strings.Cut(to, "#")
			file = filepath.Join(filepath.Dir(document), file)
			if strings.HasPrefix(to, "#") {
				file = document
			}
			target, err := os.ReadFile(file)
			if _, missing := os.Stat(file); missing != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", document, to, missing)
			} else if place != "" && (err != nil || !anchors(string(target))[place]) {
				t.Errorf("%s: the link %s leads to no heading", document, to)
			}
		}
	}
}

// anchors returns the anchors of a page's headings.
func anchors(text string) map[string]bool {
	places := map[string]bool{}
	for line := range strings.Lines(text) {
		heading, found := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !strings.HasPrefix(line, "#") || !found {
			continue
		}
		heading = strings.ToLower(strings.TrimSpace(heading))
		heading = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(heading, "")
		places[strings.ReplaceAll(heading, " ", "-")] = true
	}
	return places
}
