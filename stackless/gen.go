package stackless

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/edo-go/edo/stackless/internal/build"
	"github.com/edo-go/edo/stackless/internal/gen"
	"github.com/edo-go/edo/stackless/internal/generated"
	"github.com/edo-go/edo/stackless/internal/load"
)

// Gen is edo gen.
func Gen(args []string, out, errs io.Writer) int { return newTool(out, errs).gen(args) }

func (t *tool) gen(args []string) int {
	if helpWanted(args) {
		fmt.Fprint(t.out, genUsage)
		return statusOK
	}
	s, status := t.session("gen", args)
	if s == nil {
		return status
	}
	g := &generator{tool: t, session: s, files: map[string][]byte{}}
	if err := g.generate(); err != nil {
		t.note("%v", err)
		return statusFailed
	}
	return g.write(s.line.Flag("check"))
}

// A generator makes the generated files of the packages of one module.
type generator struct {
	*tool
	*session
	module string
	files  map[string][]byte // what should be there; nil: the file should not
}

// generate makes the files, and checks that they compile.
func (g *generator) generate() error {
	// 1. The module. Packages of another module in the workspace are to this one what they are to its users: a
	// frame of theirs must not lie in a frame that is committed here.
	if err := g.findModule(); err != nil {
		return err
	}
	// 2. What an overlay would have.
	graph, err := g.list(load.Config{Module: g.module})
	if err != nil {
		return err
	}
	result, err := g.lower(graph, g.newCompiler)
	if err != nil {
		return err
	}
	if g.problems(result) {
		return errors.New("nothing was written")
	}
	// 3. The types of that, and from them the files.
	lowered, err := g.listWith(result.Replace, load.Config{Module: g.module})
	if err != nil {
		return err
	}
	checker, err := load.NewChecker(context.Background(), lowered, g.env.GOARCH)
	if err != nil {
		return err
	}
	for _, u := range result.Units {
		if err := g.unit(u, graph, checker, lowered.Lookup(u.Package.ID)); err != nil {
			return err
		}
	}
	// 4. The module with the files has to type-check.
	return g.verify(result)
}

// findModule finds the module of the packages that were named.
func (g *generator) findModule() error {
	graph, err := g.list(load.Config{})
	if err != nil {
		return err
	}
	for _, p := range graph.Packages {
		switch {
		case p.Named && p.Failure != "":
			return fmt.Errorf("%s: %s", p.Path, p.Failure)
		case !p.Named || !p.Main || p.Module == "" || p.Module == g.module:
		case g.module != "":
			return fmt.Errorf("there are packages of two modules, %s and %s: call edo gen for one at a time", g.module, p.Module)
		default:
			g.module = p.Module
		}
	}
	if g.module == "" {
		return errors.New("no package of the main module was named")
	}
	return nil
}

// unit makes the files of one package. A program has no users, and needs none.
func (g *generator) unit(u *build.Unit, graph *load.Graph, checker *load.Checker, lowered *load.Package) error {
	switch {
	case u.State == build.Broken, u.State == build.Failed:
		return fmt.Errorf("%s: %s", u.Package.Path, u.Failure)
	case u.State != build.Compiled || u.Package.Name == "main":
		return nil
	}
	for _, name := range u.Package.Generated {
		g.files[name] = nil // unless it is made again
	}
	checked, err := checker.Check(lowered)
	if err != nil {
		return err
	}
	if err := checked.FirstError(); err != nil {
		return fmt.Errorf("an error of edo itself, please report it: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(u.Files)) {
		text, err := graph.ReadFile(name)
		if err != nil {
			return err
		}
		original, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(checked.Syntax, func(f *ast.File) bool { return checker.Fset.File(f.Package).Name() == name })
		made, err := gen.File(&gen.Source{
			Name: name, Text: text, Syntax: original,
			Lowered: checked.Syntax[i], LoweredText: checked.Src[name], Fset: checker.Fset, Types: checked.Types, Info: checked.Info,
		})
		if err != nil {
			return err
		}
		if made != nil {
			g.files[generated.Name(name)] = made
		}
	}
	return nil
}

// verify type-checks the packages with their new files, as the plain build sees them.
func (g *generator) verify(result *build.Result) error {
	replace := map[string]string{}
	for name, text := range g.files {
		replace[name] = ""
		if text != nil {
			file, err := g.cache.PutFile(filepath.Base(name), text)
			if err != nil {
				return err
			}
			replace[name] = file.Path
		}
	}
	graph, err := g.listWith(replace, load.Config{Module: g.module, Plain: true})
	if err != nil {
		return err
	}
	checker, err := load.NewChecker(context.Background(), graph, g.env.GOARCH)
	if err != nil {
		return err
	}
	for _, u := range result.Units {
		checked, err := checker.Check(graph.Lookup(u.Package.ID))
		if err == nil {
			err = checked.FirstError()
		}
		if err != nil {
			return fmt.Errorf("an error of edo itself, please report it: %w", err)
		}
	}
	return nil
}

// write brings the folders up to date, or only tells what is not, and returns the exit status. It prints the names of
// the files.
func (g *generator) write(checkOnly bool) (status int) {
	for _, name := range slices.Sorted(maps.Keys(g.files)) {
		text := g.files[name]
		old, err := os.ReadFile(name)
		switch {
		case text == nil && os.IsNotExist(err), err == nil && text != nil && bytes.Equal(old, text):
			continue
		case checkOnly:
			fmt.Fprintf(g.out, "%s is out of date\n", shortName(name))
			status = statusFailed
			continue
		case text == nil:
			err = os.Remove(name)
		case err == nil && !generated.Is(old):
			err = fmt.Errorf("%s is there, and was not written by edo gen", shortName(name))
		default:
			err = os.WriteFile(name, text, 0o666)
		}
		if err != nil {
			g.note("%v", err)
			status = statusFailed
			continue
		}
		fmt.Fprintln(g.out, shortName(name))
	}
	return status
}
