package testbed

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Repository returns the repository of edo that the current folder is in.
func Repository(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "go", "list", "-m", "-f={{.Dir}}", "github.com/edo-go/edo/stackless").Output()
	if err != nil {
		return "", fmt.Errorf("finding the repository: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(said))), nil
}

// BuildEdo builds the program edo of a repository, with flags of go build.
func BuildEdo(ctx context.Context, repo, program string, flags ...string) error {
	build := exec.CommandContext(ctx, "go", append(append([]string{"build", "-o", program}, flags...), ".")...)
	build.Dir = filepath.Join(repo, "cmd/edo")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building edo: %w\n%s", err, said)
	}
	return nil
}
