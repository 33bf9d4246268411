#include "adaptors/injector/dummy_adaptor.hpp"

#include "tvf/flat_tvf_writer.hpp"

namespace prosa {

BuildResult DummyAdaptor::build_transaction(BodyBuffer& body) {
    FlatTvfWriter writer(body);
    writer.put_string(1, "DUMMY");
    return writer.finish() == TvfError::none ? BuildResult::built : BuildResult::skipped;
}

}  // namespace prosa
