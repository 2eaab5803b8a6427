package hunt

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo/stackless/internal/proof/random"
)

// TestAMessageOfTheCompilerNamesTheProgramOfItsLine has messages about the first and the last line of each
// program of a file, and about lines of no program.
func TestAMessageOfTheCompilerNamesTheProgramOfItsLine(t *testing.T) {
	var programs []random.Program
	for seed := range uint64(20) {
		programs = append(programs, random.Generate(seed, "p0"))
	}
	text, lines := random.File("p0", programs...)
	at := places{"p0": {programs, lines}}
	file := strings.Split(text, "\n")
	for i, p := range programs {
		last := slices.Index(file, "func init() {")
		if i+1 < len(lines) {
			last = lines[i+1] - 1
		}
		if body := strings.Join(file[lines[i]-1:last], "\n"); !strings.Contains(body, "func "+p.Name+"(task") {
			t.Errorf("lines %d to %d are not %s:\n%s", lines[i], last, p.Name, body)
		}
		for _, line := range []int{lines[i], last} {
			said := fmt.Sprintf("# proof.test/seeds0/p0\nseeds0/p0/programs.go:%d:5: undefined: x\n", line)
			if found := slices.Collect(maps.Keys(at.named(said))); !slices.Equal(found, []string{p.Name}) {
				t.Errorf("line %d names %v, not %s", line, found, p.Name)
			}
		}
	}
	for _, said := range []string{"p0/programs.go:1:1: x", "p1/programs.go:30:1: x", "p0/other.go:30:1: x", "no line"} {
		if found := at.named(said); len(found) > 0 {
			t.Errorf("%q names %v", said, found)
		}
	}
}
