package program

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/edo-go/edo/stackless/internal/overlay"
)

// Find returns the name of the file of a program, which has no extension in name: the one that lies beside this program;
// else the one in the path; else the one that the go command builds now, if the package importPath is in the module or
// the workspace of the folder dir, or in a module that it needs: in edo's repository, for example. The empty dir is the
// working directory. The built one is kept in edo's cache, so that the next build has nothing to do. What the go command
// has to say about its work goes to errs.
//
// An error says how the program is installed, or why it could not be built.
func Find(name, importPath, dir string, errs io.Writer) (file string, err error) {
	base := name
	if runtime.GOOS == "windows" {
		base += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), base)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil {
		return filepath.Abs(path)
	}
	list := exec.Command("go", "list", importPath)
	list.Dir = dir
	if list.Run() != nil {
		return "", fmt.Errorf("%s is neither beside edo nor in the path: in a clone of edo, go install %s installs it", name, importPath)
	}
	cache, err := overlay.Open()
	if err != nil {
		return "", err
	}
	file = cache.Program(base)
	build := exec.Command("go", "build", "-o", file, importPath)
	build.Dir, build.Stderr = dir, errs
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("%s cannot be built: go build %s: %w", name, importPath, err)
	}
	return file, nil
}
