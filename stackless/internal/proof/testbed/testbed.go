package testbed

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// A Build is a way to build a program.
type Build string

// The three ways.
const (
	Plain     Build = "plain"
	Coroutine Build = "coroutine"
	Lowered   Build = "lowered"
)

// Fast are flags of the Go compiler that take half off a build. Builds run beside each other, and need
// no threads inside.
const Fast = "-N -l -dwarf=false -c=1"

//go:embed testdata
var files embed.FS

// A Bed is a module, proof.test, with packages trace and waits. Its methods may be called
// from several goroutines.
type Bed struct {
	Dir     string // of the module
	Gcflags string // for the packages of the module, such as Fast
	Race    bool   // builds have the race detector
	Jobs    int    // how many packages a build compiles at the same time; 0: as many as there are processors
	edo     string // the program edo; none: nothing is lowered

	Limit time.Duration // for a run: longer, and it never ends
	Ends  int           // runs that may end their process: after so many, the compiler gets nothing right
	spent atomic.Int64
}

// New makes a module in dir, which uses the edo of the repository at repo, and is lowered by
// the program edo. If edo is empty, Builds leaves that build out.
func New(dir, repo, edo string) (*Bed, error) {
	b := &Bed{Dir: dir, edo: edo, Limit: 20 * time.Second, Ends: 30}
	const requirement = "module proof.test\n\ngo 1.26\n\nrequire github.com/edo-go/edo v0.0.0\n\nreplace github.com/edo-go/edo => "
	texts := map[string]string{
		"go.mod":           requirement + repo + "\n",
		"plain.mod":        requirement + "./plain/edo\n",
		"plain/edo/go.mod": "module github.com/edo-go/edo\n\ngo 1.26\n",
	}
	for name, text := range texts {
		if err := b.Write(name, text); err != nil {
			return nil, err
		}
	}
	for _, root := range []string{"testdata/plain", "testdata/program"} {
		err := fs.WalkDir(files, root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := files.ReadFile(path)
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(path, "testdata/")
			return b.Write(strings.TrimPrefix(name, "program/"), string(text))
		})
		if err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(b.cache(), 0o755); err != nil {
		return nil, err
	}
	return b, nil
}

// Warm builds what all programs import, so that it stays in the cache when Trim removes programs.
func (b *Bed) Warm(ctx context.Context, builds ...Build) error {
	if err := b.Packages("none", nil); err != nil {
		return err
	}
	_, err := b.CompileAll(ctx, "none", builds...)
	return err
}

// Builds are the ways to build that the bed has.
func (b *Bed) Builds() []Build {
	if b.edo == "" {
		return []Build{Plain, Coroutine}
	}
	return []Build{Plain, Coroutine, Lowered}
}

// Write writes a file of the module.
func (b *Bed) Write(name, text string) error {
	path := filepath.Join(b.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// Compile builds the command in the folder name of the module, and returns the path of the
// program. The error has what the compiler said.
func (b *Bed) Compile(ctx context.Context, build Build, name string) (string, error) {
	out := b.executable(build, name)
	said, err := b.build(ctx, build, out, "./"+name)
	if err != nil {
		return "", &CompileError{build, err, said}
	}
	return out, nil
}

// CompileEach builds each command in a folder below the folder name, and returns the paths of
// the programs by the names of their folders, and what the compiler said. A command that
// cannot be built is left out.
func (b *Bed) CompileEach(ctx context.Context, build Build, name string) (programs map[string]string, said string, err error) {
	out := b.executable(build, name)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, "", err
	}
	said, err = b.build(ctx, build, out, "./"+name+"/...")
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, "", err
	}
	found, err := os.ReadDir(out)
	if err != nil {
		return nil, "", err
	}
	programs = map[string]string{}
	for _, f := range found {
		programs[f.Name()] = filepath.Join(out, f.Name())
	}
	return programs, said, nil
}

// build runs the compiler. Its output is returned with the error.
func (b *Bed) build(ctx context.Context, build Build, out, pattern string) (said string, err error) {
	tool, args := "go", []string{"build", "-ldflags=-s -w", "-o", out}
	if b.Gcflags != "" {
		args = append(args, "-gcflags=proof.test/...="+b.Gcflags)
	}
	if b.Jobs > 0 {
		args = append(args, fmt.Sprint("-p=", b.Jobs))
	}
	if b.Race {
		args = append(args, "-race")
	}
	switch build {
	case Plain:
		args = append(args, "-modfile=plain.mod", "-tags=plain")
	case Lowered:
		tool = b.edo
	}
	cmd := exec.CommandContext(ctx, tool, append(args, pattern)...)
	cmd.Dir, cmd.Env = b.Dir, b.environment()
	output, err := cmd.CombinedOutput()
	if cmd.ProcessState != nil {
		b.spent.Add(int64(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()))
	}
	return string(output), err
}

// Spent is how much processor time builds have taken until now.
func (b *Bed) Spent() time.Duration { return time.Duration(b.spent.Load()) }

// executable is the path of a program that Compile makes.
func (b *Bed) executable(build Build, name string) string {
	return filepath.Join(b.Dir, "bin", strings.ReplaceAll(name, "/", "_")+"-"+string(build))
}

// A CompileError is that of a build which failed.
type CompileError struct {
	Build Build
	Err   error
	Said  string // by the compiler
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("%s build: %v\n%s", e.Build, e.Err, e.Said)
}

func (e *CompileError) Unwrap() error { return e.Err }

// Importer returns an importer of what random programs import.
func (b *Bed) Importer(ctx context.Context) (types.Importer, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-f={{.ImportPath}} {{.Export}}",
		"./trace", "./waits", "errors", "runtime", "time", "github.com/edo-go/edo", "github.com/edo-go/edo/future",
		"github.com/edo-go/edo/joinset", "github.com/edo-go/edo/lock", "github.com/edo-go/edo/mpsc", "github.com/edo-go/edo/scope",
		"github.com/edo-go/edo/selector", "github.com/edo-go/edo/stream", "github.com/edo-go/edo/timer")
	cmd.Dir, cmd.Env = b.Dir, b.environment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(said)) {
		if path, export, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			exports[path] = export
		}
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	}), nil
}

// environment is that of the go command in the module. The module has a build cache of its own:
// a million programs would fill the user's.
func (b *Bed) environment() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod -buildvcs=false", "GOTOOLCHAIN=local",
		"GOCACHE="+b.cache(), "XDG_CACHE_HOME="+b.cache(), // the second one for edo
		"GOGC=off", "GOMEMLIMIT=2GiB") // the compiler collects no garbage until it must
}

func (b *Bed) cache() string { return filepath.Join(b.Dir, "cache") }

// Trim removes from the build cache what was added since a time: programs that will not be built
// again.
func (b *Bed) Trim(since time.Time) error {
	return filepath.WalkDir(b.cache(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().After(since) {
			err = os.Remove(path)
		}
		return err
	})
}

// An Outcome is what a program has done.
type Outcome struct {
	Stdout string
	Stderr string
	Status string // of its exit
}

// Run runs a program that Compile has made, for at most limit.
func Run(ctx context.Context, limit time.Duration, program string, args ...string) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Outcome{}, err
	}
	o := Outcome{stdout.String(), stderr.String(), cmd.ProcessState.String()}
	if ctx.Err() != nil {
		o.Status = fmt.Sprint("did not end within ", limit)
	}
	return o, nil
}
