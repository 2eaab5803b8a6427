package screen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/edo-go/edo/cmd/edo/edo-top/internal/cell"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

// styles are what a line may have beside text.
var styles = regexp.MustCompile("\x1b\\[[0-9;]*m")

func width(s string) int { return cell.Width(s) }

// withoutStyles returns a line as text alone.
func withoutStyles(t *testing.T, line string) string {
	t.Helper()
	line = styles.ReplaceAllString(line, "")
	for _, r := range line {
		if !unicode.IsPrint(r) {
			t.Errorf("%U is on the screen, in %q", r, line)
		}
	}
	return line
}

func TestTheScreenIsAsItWas(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		keys          string
	}{
		{"groups", 80, 24, ""},
		{"groups", 160, 50, ""},
		{"groups", 40, 24, ""},
		{"groups", 80, 10, "down down"},
		{"groups", 30, 5, ""},
		{"group", 80, 24, "enter"},
		{"task", 80, 24, "down down down enter tab enter"},
		{"task", 40, 20, "down down down enter tab enter"},
		{"task-of-task", 160, 50, "f enter tab enter tab enter"},
		{"findings", 80, 24, "f"},
		{"finding-cycle", 80, 24, "f enter"},
		{"finding-poll", 80, 24, "f down enter"},
		{"finding-full", 80, 24, "f down down enter"},
		{"waits-for", 80, 24, "w"},
		{"waits-for-down", 80, 24, "w down"},
		{"waits-for", 120, 24, "w"},
		{"waits-for", 160, 50, "w"},
		{"objects", 80, 24, "2"},
		{"object", 80, 24, "2 down enter"},
		{"workers", 80, 24, "4"},
		{"timers", 80, 24, "5"},
		{"sockets", 80, 24, "6"},
		{"polls", 80, 24, "7"},
		{"stacks", 80, 24, "7 t"},
		{"forgotten", 80, 24, "8"},
		{"sorted", 80, 24, "s s"},
		{"sorted-reversed", 80, 24, "s s S"},
		{"filtered", 80, 24, "/ l o c k enter"},
		{"typing", 80, 24, "/ x y z"},
		{"frozen", 80, 24, "space"},
		{"help", 80, 24, "?"},
		{"help", 40, 12, "? down down"},
	} {
		t.Run(fmt.Sprintf("%s-%dx%d", c.name, c.width, c.height), func(t *testing.T) {
			s := example(c.width, c.height)
			press(s, c.keys)
			lines := plain(t, s)
			for i := range lines {
				lines[i] = strings.TrimRight(lines[i], " ")
			}
			got := strings.Join(lines, "\n") + "\n"
			file := filepath.Join("testdata", fmt.Sprintf("%s-%dx%d.txt", c.name, c.width, c.height))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the screen is\n%s\nand was\n%s", got, want)
			}
		})
	}
}

func TestTextIsPlainAndHasFindingsFirst(t *testing.T) {
	s := example(80, 24)
	got := s.Text()
	file := filepath.Join("testdata", "text.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the text is\n%s\nand was\n%s", got, want)
	}
	for _, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%U is in the text", r)
		}
	}
}
