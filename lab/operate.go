package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sigap-dev/sigap/lab/shop"
)

// Configure changes one value of a service's configuration file and has the
// service read it. It returns the file's change as a unified diff.
func (l *Lab) Configure(ctx context.Context, service, key string, value any) (diff string, err error) {
	return l.edit(ctx, service, map[string]any{key: value})
}

// Deploy puts a release of a service in force: its files, and the version in
// the configuration. Files that the release does not bring are those of the
// release before. It returns the change of these files as a unified diff.
func (l *Lab) Deploy(ctx context.Context, service, version string, files fs.FS) (diff string, err error) {
	from, err := l.Version(service)
	if err != nil {
		return "", err
	}
	before, after := l.releaseDir(service, from), l.releaseDir(service, version)
	if err := os.RemoveAll(after); err != nil {
		return "", fmt.Errorf("deploy %s %s: %w", service, version, err)
	}
	if err := os.CopyFS(after, os.DirFS(before)); err != nil {
		return "", fmt.Errorf("deploy %s %s: %w", service, version, err)
	}
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		old, _ := os.ReadFile(filepath.Join(before, name)) // a new file has no old content
		diff += unifiedDiff(service+"/"+name, string(old), string(content))
		return replaceFile(filepath.Join(after, name), content)
	})
	if err != nil {
		return "", fmt.Errorf("deploy %s %s: %w", service, version, err)
	}
	return diff, l.Rollback(ctx, service, version)
}

// Rollback puts a release that was deployed before in force again.
func (l *Lab) Rollback(ctx context.Context, service, version string) error {
	_, err := l.edit(ctx, service, map[string]any{"version": version, "release": releasePath(service, version)})
	return err
}

// Version is the release of a service that is in force.
func (l *Lab) Version(service string) (string, error) {
	value, err := l.Value(service, "version")
	return fmt.Sprint(value), err
}

// Value is what a service's configuration file says under a key: a string, a
// bool or, for a number, a float64.
func (l *Lab) Value(service, key string) (any, error) {
	config, _, err := l.config(service)
	if err != nil {
		return nil, err
	}
	value, found := config[key]
	if !found {
		return nil, fmt.Errorf("read the configuration of %s: it has no %s", service, key)
	}
	return value, nil
}

// Restart starts a service anew and returns when it answers.
func (l *Lab) Restart(ctx context.Context, service string) error {
	before := l.Restarts(service)
	if err := l.processes[service].restart(); err != nil {
		return err
	}
	return l.poll(ctx, service, func() error {
		if l.Restarts(service) == before {
			return errNotInForce
		}
		return l.inForce(ctx, service)
	})
}

// IssueBankCertificate gives the bank a certificate that ends at notAfter, and
// has it show that one from now on.
func (l *Lab) IssueBankCertificate(ctx context.Context, notAfter time.Time) error {
	if err := l.authority.issue(notAfter); err != nil {
		return err
	}
	if err := l.processes["bank"].signal(syscall.SIGHUP); err != nil {
		return err
	}
	return l.poll(ctx, "bank", func() error {
		response, err := l.health(ctx, "bank")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if shown := response.TLS.PeerCertificates[0].NotAfter; shown.Unix() != notAfter.Unix() {
			return errNotInForce
		}
		return nil
	})
}

// edit changes values of a configuration file and has the service read it.
func (l *Lab) edit(ctx context.Context, service string, values map[string]any) (string, error) {
	config, before, err := l.config(service)
	if err != nil {
		return "", err
	}
	maps.Copy(config, values)
	if err := l.writeConfig(service, config); err != nil {
		return "", err
	}
	_, after, err := l.config(service)
	if err != nil {
		return "", err
	}
	if err := l.processes[service].signal(syscall.SIGHUP); err != nil {
		return "", err
	}
	return unifiedDiff(service+"/config.json", string(before), string(after)), l.await(ctx, service)
}

func (l *Lab) config(service string) (values map[string]any, file []byte, err error) {
	if file, err = os.ReadFile(configFile(l.dir, service)); err != nil {
		return nil, nil, fmt.Errorf("read the configuration of %s: %w", service, err)
	}
	if err := json.Unmarshal(file, &values); err != nil {
		return nil, nil, fmt.Errorf("read the configuration of %s: %w", service, err)
	}
	return values, file, nil
}

// await returns when a service answers with the configuration that is on disk.
func (l *Lab) await(ctx context.Context, service string) error {
	return l.poll(ctx, service, func() error { return l.inForce(ctx, service) })
}

func (l *Lab) inForce(ctx context.Context, service string) error {
	response, err := l.health(ctx, service)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var said shop.Health
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		return err
	}
	file, err := os.ReadFile(configFile(l.dir, service))
	if err != nil {
		return err
	}
	if said.Config != shop.Digest(file) {
		return errNotInForce
	}
	return nil
}

// health asks a service how it is, over a connection of its own so that a
// certificate is shown anew.
func (l *Lab) health(ctx context.Context, service string) (*http.Response, error) {
	scheme := "http://"
	if service == "bank" {
		scheme = "https://"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+l.address(service)+"/healthz", nil)
	if err != nil {
		return nil, err
	}
	request.Close = true
	return l.client.Do(request)
}

// poll repeats check until it passes, for at most 15 seconds.
func (l *Lab) poll(ctx context.Context, service string, check func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", service, err)
		case <-ticker.C:
		}
	}
}
