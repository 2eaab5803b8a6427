package load

import (
	"slices"
	"strings"
)

// A Graph has the packages of a build, each after those that it imports.
type Graph struct {
	Packages []*Package

	config Config
	byID   map[string]*Package
	byPath map[string][]*Package
}

// A Package is one package of a build. A package that has tests is there more than once: alone, and compiled for its
// tests, with their files.
type Package struct {
	Path      string // import path, as the types have it: "p", "p_test"
	ID        string // unique: "p", "p [p.test]", "p_test [p.test]"
	Name      string // that of the package clause
	Dir       string
	ForTest   string   // path of the package whose test this was compiled for, or empty
	Files     []string // absolute names of the Go files that the build has
	Generated []string // files of edo gen in a package of the main module: an overlay replaces them
	Named     bool     // a pattern of the user names it; the others are dependencies
	Main      bool     // in the main module, or in a module of the workspace
	Cgo       bool     // has a file that imports "C"
	Failure   string   // why the go command cannot build it, in its words; empty if it can
	Source    bool     // type-checked from its source: a package of the main modules, or one that imports such a package
	UsesEdo   bool     // imports edo, also through others

	Imports   []*Package // in the order of their paths; without those that cannot be found
	Module    string     // path of its module, or empty
	GoVersion string     // of its module, such as "1.26"

	standard  bool
	importMap map[string]string
	importIDs []string
}

// EdoPath is the import path of the runtime.
const EdoPath = "github.com/edo-go/edo"

// link finds the imports of each package, and what follows from them.
func (g *Graph) link() {
	for _, p := range g.Packages {
		p.Source = p.Main
		p.UsesEdo = p.Path == EdoPath
		for _, id := range p.importIDs {
			q := g.byID[id]
			if q == nil {
				continue // unsafe, C, or a package that cannot be found
			}
			p.Imports = append(p.Imports, q)
			// Export data refers to the types of other export data. A package above one with syntax must
			// see the types of that syntax, and so has to be checked itself.
			p.Source = p.Source || q.Source
			p.UsesEdo = p.UsesEdo || q.UsesEdo
		}
		slices.SortFunc(p.Imports, func(a, b *Package) int { return strings.Compare(a.ID, b.ID) })
	}
}

// Lookup finds a package by its ID.
func (g *Graph) Lookup(id string) *Package { return g.byID[id] }

// imported is the package that an import of path in p means, or nil.
func (g *Graph) imported(p *Package, path string) *Package {
	if id, ok := p.importMap[path]; ok {
		path = id
	}
	return g.byID[path]
}

// ByPath returns the packages with an import path: the package alone, and those compiled for tests.
func (g *Graph) ByPath(path string) []*Package { return g.byPath[path] }

// Standard reports whether the package is of the standard library.
func (p *Package) Standard() bool { return p.standard }

// ImportIDs are the IDs of all packages that p imports, also of those that cannot be found.
func (p *Package) ImportIDs() []string { return p.importIDs }
