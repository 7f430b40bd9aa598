package test

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/spf13/pflag"

	"github.com/sigap-dev/sigap/internal/app"
)

const exampleFile = "deploy/sigap.example.yaml"

// setting is a commented line that is one: "# listen: ...", also indented. A
// sentence has no colon behind its first word.
var setting = regexp.MustCompile(`(?m)^( *)# ([a-z_]+:)`)

func TestTheExampleHasEachSettingAndNoOther(t *testing.T) {
	t.Parallel()
	inFile, err := yaml.Parser().Unmarshal(uncommentedExample(t))
	if err != nil {
		t.Fatalf("%s is no YAML once its settings are uncommented: %v", exampleFile, err)
	}
	if diff := cmp.Diff(settingsOf(reflect.TypeFor[app.Config]()), keys("", inFile)); diff != "" {
		t.Errorf("explain each setting of app.Config in %s, and no other (-in the code +in the file):\n%s", exampleFile, diff)
	}
}

func TestTheExampleShowsTheDefaults(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sigap.yaml")
	if err := os.WriteFile(path, uncommentedExample(t), 0o600); err != nil {
		t.Fatal(err)
	}
	defaults, shown := load(t), load(t, "--config", path)
	if diff := cmp.Diff(defaults, shown, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s shows other values than the defaults (-default +shown):\n%s", exampleFile, diff)
	}
}

func uncommentedExample(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, exampleFile))
	if err != nil {
		t.Fatal(err)
	}
	return setting.ReplaceAll(text, []byte("$1$2"))
}

func load(t *testing.T, arguments ...string) app.Config {
	t.Helper()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	app.Flags(flags)
	if err := flags.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	config, err := app.Load(flags)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// settingsOf names the settings of a configuration's type, "group.name" for
// those in a group, sorted.
func settingsOf(config reflect.Type) []string {
	var names []string
	for field := range config.Fields() {
		field := field
		name := field.Tag.Get("koanf")
		if field.Type.Kind() != reflect.Struct {
			names = append(names, name)
			continue
		}
		for _, inner := range settingsOf(field.Type) {
			names = append(names, name+"."+inner)
		}
	}
	slices.Sort(names)
	return names
}

// keys names the settings in a file in the same way.
func keys(prefix string, values map[string]any) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if group, ok := values[name].(map[string]any); ok {
			names = append(names, keys(prefix+name+".", group)...)
			continue
		}
		names = append(names, prefix+name)
	}
	slices.Sort(names)
	return names
}
