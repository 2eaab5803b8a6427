package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// widest is how many columns a line of a document may have; a row of a table, which cannot be broken, some more.
const (
	widest    = 160
	widestRow = 200
)

// indefinite matches a person where a sentence needs a thing as its subject.
var indefinite = regexp.MustCompile(`(?i)\b(nobody|whoever|somebody|anybody|everybody|anyone|someone|everyone|who|whom)\b`)

func TestDocumentsHaveNarrowLinesAndThingsAsSubjects(t *testing.T) {
	for _, pattern := range []string{"*.md", "../*.md", "../findings/*.md", "../bench/*.md", "../cmd/edo/*.md"} {
		documents, err := filepath.Glob(pattern)
		if err != nil || len(documents) == 0 {
			t.Fatalf("there is no %s: %v", pattern, err)
		}
		for _, document := range documents {
			text, err := os.ReadFile(document)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(text), "\n") {
				limit := widest
				if strings.HasPrefix(line, "|") {
					limit = widestRow
				}
				if n := utf8.RuneCountInString(line); n > limit {
					t.Errorf("%s:%d: %d columns, want at most %d", document, i+1, n, limit)
				}
				if word := indefinite.FindString(line); word != "" {
					t.Errorf("%s:%d: %q: name the task, the worker or the caller instead", document, i+1, word)
				}
			}
		}
	}
}
