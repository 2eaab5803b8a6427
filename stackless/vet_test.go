package stackless

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fakeAnalyzers is a tool of go vet that reports one thing in each package that it is asked about.
const fakeAnalyzers = `#!/bin/sh
for last; do :; done
case "$1" in
-V=full) echo "edovet version 1.0.0" ;;
-flags) echo "[]" ;;
*) if grep -q '"VetxOnly": false' "$last"; then echo "l.go:5:6: the report of an analyzer" >&2; exit 1; fi ;;
esac
`

// withPath gives the commands of a workplace a path with the go command, and with analyzers if they are not empty.
func (w *workplace) withPath(analyzersText string) {
	w.t.Helper()
	if runtime.GOOS == "windows" {
		w.t.Skip("the test makes a program of a text")
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		w.t.Fatal(err)
	}
	bin := w.t.TempDir()
	if err := os.Symlink(goCommand, filepath.Join(bin, "go")); err != nil {
		w.t.Fatal(err)
	}
	if analyzersText != "" {
		if err := os.WriteFile(filepath.Join(bin, analyzers), []byte(analyzersText), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	w.env = append(w.env, "PATH="+bin+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
}

func TestVetRunsTheAnalyzersAndThenGoVet(t *testing.T) {
	w := newWorkplace(t)
	w.withPath(fakeAnalyzers)
	w.write("m/light/more.go", "package light\n\nfunc g(n int) { n = n }\n")
	_, errs, status := w.edo("vet", "./light")
	first, second := strings.Index(errs, "the report of an analyzer"), strings.Index(errs, "self-assignment")
	if status == 0 || first < 0 || second < first {
		t.Errorf("status %d\n%s", status, errs)
	}
	if _, errs, _ := w.edo("vet", "-vettool="+w.path("none"), "./light"); strings.Contains(errs, "the report of an analyzer") {
		t.Errorf("with a tool of the user's: %s", errs)
	}
}

func TestVetIsGoVetWhenTheAnalyzersFindNothing(t *testing.T) {
	w := newWorkplace(t)
	w.withPath(strings.Replace(fakeAnalyzers, "exit 1", "exit 0", 1))
	if _, errs, status := w.edo("vet", "./light", "./tested"); status != 0 {
		t.Errorf("status %d\n%s", status, errs)
	}
}

func TestVetSaysThatThereAreNoAnalyzers(t *testing.T) {
	w := newWorkplace(t)
	w.withPath("")
	_, errs, status := w.edo("vet", "./light")
	if status != 0 || !strings.Contains(errs, "edo: edo's analyzers do not run") || !strings.Contains(errs, "go install "+analyzersImport) {
		t.Errorf("status %d\n%s", status, errs)
	}
}
