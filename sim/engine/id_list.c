#include "sim/engine/id_list.h"

#include <stdlib.h>

void id_list_free(IdList *list) {
    free(list->ids);
    *list = (IdList){0};
}
