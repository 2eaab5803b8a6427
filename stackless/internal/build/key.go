package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo/stackless/internal/gocmd"
	"github.com/edo-go/edo/stackless/internal/load"
)

// keys are the keys of the packages of a graph.
type keys struct {
	graph *load.Graph
	env   *gocmd.Env
	tool  string // identity of this program
	known map[*load.Package]string
}

// of returns the key of p: a hash of all that its types and its lowering depend on.
func (k *keys) of(p *load.Package) (string, error) {
	if key, ok := k.known[p]; ok {
		return key, nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "edo 1\n%s\n%s %s %s\n", k.tool, k.env.GOVERSION, k.env.GOARCH, k.env.GOEXPERIMENT)
	fmt.Fprintf(h, "package %s %s %s %s %q\n", p.ID, p.Name, linkName(k.graph, p), p.GoVersion, p.ImportIDs())
	// The tool chain's version stands for the standard library, and the folder's name for a module in the cache.
	fixed := p.Standard() || !p.Main && k.inModuleCache(p.Dir)
	for _, name := range p.Files {
		fmt.Fprintf(h, "file %s\n", name)
		if fixed {
			continue
		}
		src, err := k.graph.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%x\n", sha256.Sum256(src))
	}
	if !p.Standard() {
		for _, q := range p.Imports {
			key, err := k.of(q)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "import %s\n", key)
		}
	}
	key := hex.EncodeToString(h.Sum(nil)[:16])
	k.known[p] = key
	return key, nil
}

// inModuleCache reports whether a folder is one that the go command has made read-only, for one version of a module.
func (k *keys) inModuleCache(dir string) bool {
	cache := k.env.GOMODCACHE
	return cache != "" && strings.HasPrefix(dir, cache+string(filepath.Separator))
}

// Tool returns the identity of this program, a hash of its file. A version number would not change when the program is
// built from changed sources.
func Tool() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
