package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// widest is how many columns a line of a document may have.
const widest = 160

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
				if n := utf8.RuneCountInString(line); n > widest {
					t.Errorf("%s:%d: %d columns, want at most %d", document, i+1, n, widest)
				}
				if word := indefinite.FindString(line); word != "" {
					t.Errorf("%s:%d: %q: name the task, the worker or the caller instead", document, i+1, word)
				}
			}
		}
	}
}
