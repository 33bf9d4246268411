// core/base/export.hpp: marks what a shared libprosa exports; everything else is hidden.
#pragma once

#define PROSA_API __attribute__((visibility("default")))
