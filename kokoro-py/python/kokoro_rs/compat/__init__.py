"""The interfaces of other packages for the same model, so that programs switch by changing an import.

* `kokoro_rs.compat.kokoro`: `KPipeline` of the package `kokoro`.
* `kokoro_rs.compat.kokoro_onnx`: `Kokoro` of the package `kokoro-onnx`.

docs/python.md lists what is different.
"""
