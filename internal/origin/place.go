package origin

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// Place returns the place of a frame, as file:line, in words that are the same on every
// machine: relative to the working directory when that lies in the module of the program
// and the file below it, as the go command prints files; otherwise relative to the module
// of the program; and for a package of another module with the path of the package.
func Place(f runtime.Frame) string { return fmt.Sprintf("%s:%d", program().file(f), f.Line) }

// module is the part of the program's build information that the names of its files need.
type module struct {
	path string // "github.com/edo-go/edo"; "": not known
	main string // the path of package main
	wd   string // the working directory when it was first asked for; "": not known
}

// program returns the module of this program.
var program = sync.OnceValue(func() module {
	var m module
	if info, ok := debug.ReadBuildInfo(); ok {
		m.path, m.main = info.Main.Path, info.Path
	}
	m.wd, _ = os.Getwd()
	return m
})

// file returns the name of the file of a frame.
func (m module) file(f runtime.Frame) string {
	base := path.Base(filepath.ToSlash(f.File))
	pkg := packageOf(f.Function)
	if pkg == "main" {
		pkg = m.main
		if m.path == "" { // of files named on the command line
			return base
		}
	}
	pkg = strings.TrimSuffix(pkg, "_test")
	within, ok := strings.CutPrefix(pkg, m.path)
	if m.path == "" || !ok || within != "" && within[0] != '/' {
		return path.Join(pkg, base)
	}
	name := path.Join(strings.TrimPrefix(within, "/"), base)
	root, ok := strings.CutSuffix(filepath.ToSlash(f.File), "/"+name)
	wd := filepath.ToSlash(m.wd)
	if !ok || !filepath.IsAbs(f.File) || wd != root && !strings.HasPrefix(wd, root+"/") {
		return name
	}
	if below, ok := strings.CutPrefix(root+"/"+name, wd+"/"); ok {
		return below
	}
	return name
}

// packageOf returns the path of the package of a function.
func packageOf(function string) string {
	name := function
	if i := strings.IndexByte(name, '['); i >= 0 { // type parameters have paths too
		name = name[:i]
	}
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot < 0 {
		return name
	}
	return strings.ReplaceAll(name[:slash+1+dot], "%2e", ".")
}
