"""Generic views over the two models."""
from rest_framework import generics, serializers
from rest_framework.authentication import BasicAuthentication
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.response import Response
from rest_framework.views import APIView

from ..reference.models import Widget
from ..tests.models import BasicModel


class WidgetSerializer(serializers.ModelSerializer):
    class Meta:
        model = Widget
        fields = ["id", "name"]


class BasicSerializer(serializers.ModelSerializer):
    class Meta:
        model = BasicModel
        fields = ["id", "text"]


class WidgetListView(generics.ListCreateAPIView):
    queryset = Widget.objects.all()
    serializer_class = WidgetSerializer


class WidgetDetailView(generics.RetrieveUpdateDestroyAPIView):
    queryset = Widget.objects.all()
    serializer_class = WidgetSerializer


class OfBasicModel:
    queryset = BasicModel.objects.all()
    serializer_class = BasicSerializer
    authentication_classes = [BasicAuthentication]
    permission_classes = [DjangoModelPermissions]


class RootView(OfBasicModel, generics.ListCreateAPIView):
    pass


class InstanceView(OfBasicModel, generics.RetrieveUpdateDestroyAPIView):
    pass


class EmptyListView(RootView):
    queryset = BasicModel.objects.none()


class IgnoredGetQuerySetListView(RootView):
    _ignore_model_permissions = True


class ExplodingView(RootView):
    def get_queryset(self):
        raise RuntimeError("the queryset was touched")


class RootListView(APIView):
    _ignore_model_permissions = True

    def get(self, request):
        return Response({})


class PermissionInstanceView(generics.RetrieveUpdateDestroyAPIView):
    queryset = BasicModel.objects.all()
    serializer_class = BasicSerializer
