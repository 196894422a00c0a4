/* load-addon FILE: loads the addon as Node does, with stand-ins for the Node-API, and lets it register. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

static int functions;

#define STUB(name) \
	int name() { return 0; }
STUB(napi_create_int64)
STUB(napi_create_array_with_length)
STUB(napi_set_element)
STUB(napi_get_array_length)
STUB(napi_get_cb_info)
STUB(napi_get_element)
STUB(napi_get_value_bigint_uint64)
STUB(napi_get_value_bool)
STUB(napi_get_value_int64)
STUB(napi_get_value_string_utf8)
STUB(napi_create_function)

int napi_set_named_property() {
	functions++;
	return 0;
}

int main(int argc, char **argv) {
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
	void *(*initialize)(void *, void *) = (void *(*)(void *, void *))dlsym(library, "napi_register_module_v1");
	if (!initialize || !initialize(NULL, &functions)) return fprintf(stderr, "it does not register\n"), 1;
	printf(functions ? "registered\n" : "registered nothing\n");
	return 0;
}
