package overlay

import (
	"encoding/json"
	"fmt"
	"os"
)

// Read reads a file that the flag -overlay names. The function abs makes its names absolute: the go command takes them
// as relative to its own directory.
func Read(name string, abs func(string) (string, error)) (map[string]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var parsed struct{ Replace map[string]string }
	if err := json.Unmarshal(text, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	replace := map[string]string{}
	for from, to := range parsed.Replace {
		if from, err = abs(from); err != nil {
			return nil, err
		}
		if to != "" { // an empty name deletes the file
			if to, err = abs(to); err != nil {
				return nil, err
			}
		}
		replace[from] = to
	}
	return replace, nil
}

// Merge returns an overlay with the entries of both. Lowered files were made from what the user's overlay says, and so
// they win.
func Merge(user, lowered map[string]string) map[string]string {
	merged := map[string]string{}
	for from, to := range user {
		merged[from] = to
	}
	for from, to := range lowered {
		merged[from] = to
	}
	return merged
}
