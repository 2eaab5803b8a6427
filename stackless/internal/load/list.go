package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo/stackless/internal/generated"
)

// A Config says how the go command is called.
type Config struct {
	Dir     string            // working directory of the go command; empty: that of the process
	Env     []string          // its environment; nil: that of the process
	Flags   []string          // build flags that change which files and packages there are: -C, -tags, -mod, -race, …
	Tests   bool              // load the tests of the packages too
	Module  string            // if not empty, only this one of the main modules counts as such
	Plain   bool              // files of edo gen are files like others
	Overlay map[string]string // the user's overlay: absolute file name → replacement, or empty for a file that is deleted
}

// An Error is a go command that failed. Its text is what the command wrote to its standard error.
type Error struct {
	Status int
	Text   string
}

func (e *Error) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("go list: exit status %d", e.Status)
	}
	return strings.TrimSuffix(e.Text, "\n")
}

// listed is what go list says of a package.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	Standard   bool
	DepOnly    bool
	ForTest    string
	Module     *struct {
		Path      string
		Main      bool
		Dir       string
		GoVersion string
	}
	GoFiles   []string
	CgoFiles  []string
	Imports   []string
	ImportMap map[string]string
	Error     *struct{ Err string }
}

const listFields = "ImportPath,Name,Dir,Standard,DepOnly,ForTest,Module,GoFiles,CgoFiles,Imports,ImportMap,Error"

// list calls go list and decodes its answers, in the order in which they come: that of dependencies.
func (c *Config) list(ctx context.Context, args []string, each func(*json.Decoder) error) error {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"list"}, c.Flags...), args...)...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			return &Error{exit.ExitCode(), errs.String()}
		}
		return err
	}
	decoder := json.NewDecoder(&out)
	for {
		err := each(decoder)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
	}
}

// List finds the packages that the patterns name, and all that they depend on. An empty list of patterns is the
// package of the directory.
func List(ctx context.Context, config Config, patterns ...string) (*Graph, error) {
	args := []string{"-e", "-deps", "-pgo=off", "-json=" + listFields}
	if config.Tests {
		args = append(args, "-test")
	}
	g := &Graph{config: config, byID: map[string]*Package{}, byPath: map[string][]*Package{}}
	err := config.list(ctx, append(append(args, "--"), patterns...), func(decoder *json.Decoder) error {
		var l listed
		if err := decoder.Decode(&l); err != nil {
			return err
		}
		g.add(&l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	g.link()
	return g, nil
}

// add makes a Package of what go list says.
func (g *Graph) add(l *listed) {
	path, _, _ := strings.Cut(l.ImportPath, " [")
	p := &Package{
		Path:      path,
		ID:        l.ImportPath,
		Name:      l.Name,
		Dir:       l.Dir,
		ForTest:   l.ForTest,
		Named:     !l.DepOnly,
		Cgo:       len(l.CgoFiles) > 0,
		standard:  l.Standard,
		importMap: l.ImportMap,
		importIDs: l.Imports,
	}
	for _, name := range append(l.GoFiles, l.CgoFiles...) {
		if filepath.IsAbs(name) {
			return // the main package of a test: it is written by go test, and has no functions that wait
		}
		name = filepath.Join(l.Dir, name)
		if !g.config.Plain && generated.MayBe(name) && g.isGenerated(name) {
			p.Generated = append(p.Generated, name)
			continue
		}
		p.Files = append(p.Files, name)
	}
	if l.Error != nil {
		p.Failure = l.Error.Err
	}
	if l.Module != nil {
		p.Module, p.GoVersion = l.Module.Path, l.Module.GoVersion
	}
	// Files that are named as arguments are a package without a module.
	p.Main = !l.Standard && (path == "command-line-arguments" || l.Module != nil && l.Module.Main)
	if g.config.Module != "" && g.config.Module != p.Module {
		p.Main = false
	}
	if !p.Main {
		p.Files, p.Generated = append(p.Files, p.Generated...), nil
	}
	g.byID[p.ID] = p
	g.byPath[p.Path] = append(g.byPath[p.Path], p)
	g.Packages = append(g.Packages, p)
}

// isGenerated reports whether edo gen has written a file.
func (g *Graph) isGenerated(name string) bool {
	text, err := g.ReadFile(name)
	return err == nil && generated.Is(text)
}

// ReadFile returns the text of a source file as the go command sees it, through the user's overlay.
func (g *Graph) ReadFile(name string) ([]byte, error) {
	if other, ok := g.config.Overlay[name]; ok {
		name = other
	}
	return os.ReadFile(name)
}
